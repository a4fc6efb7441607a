/// How long the sender of a request still waits, and what that bounds.
@NullMarked
package io.covenant.web.deadline;

import org.jspecify.annotations.NullMarked;
