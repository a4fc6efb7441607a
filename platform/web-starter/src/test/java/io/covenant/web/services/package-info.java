@NullMarked
package io.covenant.web.services;

import org.jspecify.annotations.NullMarked;
