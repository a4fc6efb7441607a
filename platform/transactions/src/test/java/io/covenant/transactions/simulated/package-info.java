/// What every protocol is put to the test with: services' databases, clients that ask again, and trouble.
///
/// It knows no protocol's messages and no protocol's rules; each protocol's own history checks them.
@NullMarked
package io.covenant.transactions.simulated;

import org.jspecify.annotations.NullMarked;
