@NullMarked
package io.covenant.web.request;

import org.jspecify.annotations.NullMarked;
