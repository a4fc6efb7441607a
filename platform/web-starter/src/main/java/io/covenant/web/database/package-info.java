/// Starting beside a database that is not there yet.
@NullMarked
package io.covenant.web.database;

import org.jspecify.annotations.NullMarked;
