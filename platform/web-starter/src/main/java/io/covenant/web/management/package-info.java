/// Health and metrics at a port of their own, beside that of the API.
@NullMarked
package io.covenant.web.management;

import org.jspecify.annotations.NullMarked;
