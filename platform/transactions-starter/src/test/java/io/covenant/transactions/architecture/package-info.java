@NullMarked
package io.covenant.transactions.architecture;

import org.jspecify.annotations.NullMarked;
