@NullMarked
package io.covenant.web.paging;

import org.jspecify.annotations.NullMarked;
