@NullMarked
package io.covenant.web.problem;

import org.jspecify.annotations.NullMarked;
