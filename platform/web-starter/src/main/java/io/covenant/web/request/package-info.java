/// What a request brings along: its id, and a body of bounded size.
@NullMarked
package io.covenant.web.request;

import org.jspecify.annotations.NullMarked;
