/// The filter chain of a service on servlets, and its problem documents.
@NullMarked
package io.covenant.security.servlet;

import org.jspecify.annotations.NullMarked;
