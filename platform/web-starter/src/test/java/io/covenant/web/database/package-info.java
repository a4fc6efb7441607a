@NullMarked
package io.covenant.web.database;

import org.jspecify.annotations.NullMarked;
