@NullMarked
package io.covenant.web.health;

import org.jspecify.annotations.NullMarked;
