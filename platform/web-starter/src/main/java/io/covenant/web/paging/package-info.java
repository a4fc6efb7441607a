/// Pages by key: stable under inserts, cheap at any depth.
@NullMarked
package io.covenant.web.paging;

import org.jspecify.annotations.NullMarked;
