/// What a request brings along: the id under which all nodes log it.
@NullMarked
package io.covenant.web.request;

import org.jspecify.annotations.NullMarked;
