@NullMarked
package io.covenant.web.management;

import org.jspecify.annotations.NullMarked;
