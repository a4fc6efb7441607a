/// For the tests of services: has a branch die at each place, and brings it to its end as coordinators do.
@NullMarked
package io.covenant.transactions.crash;

import org.jspecify.annotations.NullMarked;
