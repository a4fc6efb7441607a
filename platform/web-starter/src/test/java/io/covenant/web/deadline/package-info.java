@NullMarked
package io.covenant.web.deadline;

import org.jspecify.annotations.NullMarked;
