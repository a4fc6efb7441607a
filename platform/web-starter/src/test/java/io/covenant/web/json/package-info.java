@NullMarked
package io.covenant.web.json;

import org.jspecify.annotations.NullMarked;
