@NullMarked
package io.covenant.security.servlet;

import org.jspecify.annotations.NullMarked;
