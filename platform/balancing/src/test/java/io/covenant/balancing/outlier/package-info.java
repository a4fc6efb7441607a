@NullMarked
package io.covenant.balancing.outlier;

import org.jspecify.annotations.NullMarked;
