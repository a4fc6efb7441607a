/// Where the settings of operators are kept: in PostgreSQL, shared by all gateways, or in this process. It
/// waits for a database, and is entered on virtual threads.
@NullMarked
package io.covenant.gateway.control.store;

import org.jspecify.annotations.NullMarked;
