@NullMarked
package io.covenant.web;

import org.jspecify.annotations.NullMarked;
