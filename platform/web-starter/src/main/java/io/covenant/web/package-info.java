/// The ground that every HTTP service of the platform stands on. Put the starter on the class path; nothing is to be
/// switched on.
@NullMarked
package io.covenant.web;

import org.jspecify.annotations.NullMarked;
