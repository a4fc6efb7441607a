/// Calling other services by name: three answers, never a guess.
@NullMarked
package io.covenant.web.services;

import org.jspecify.annotations.NullMarked;
