/// Tests of the HTTP API.
@NullMarked
package io.covenant.locks.web;

import org.jspecify.annotations.NullMarked;
