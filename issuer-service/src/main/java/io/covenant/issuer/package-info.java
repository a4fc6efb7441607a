/// Issues access tokens on a developer's machine, where no other issuer is: OAuth 2 client credentials, signed by a key
/// that is made at the first start. It refuses to run in production.
@NullMarked
package io.covenant.issuer;

import org.jspecify.annotations.NullMarked;
