/// Health that answers at once, also when the database does not.
@NullMarked
package io.covenant.web.health;

import org.jspecify.annotations.NullMarked;
