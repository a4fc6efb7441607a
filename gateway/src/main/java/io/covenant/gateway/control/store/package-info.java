/// Where the settings of operators are kept: in PostgreSQL, shared by all gateways, or in this process. The only place
/// of the gateway that waits for a database; it is entered on virtual threads.
@NullMarked
package io.covenant.gateway.control.store;

import org.jspecify.annotations.NullMarked;
