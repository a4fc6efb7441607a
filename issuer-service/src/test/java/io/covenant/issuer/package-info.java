@NullMarked
package io.covenant.issuer;

import org.jspecify.annotations.NullMarked;
