/// Problem details (RFC 9457): one form for every refusal, wherever it comes from.
@NullMarked
package io.covenant.web.problem;

import org.jspecify.annotations.NullMarked;
