package io.covenant.gateway.balancing;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.springframework.stereotype.Component;

/// Asks the system for all addresses of a name. Blocks, and knows answers for as long as the JVM remembers them: the
/// gateway's does so for a second.
@Component
class NameLookup {

    /// The addresses of the newer kind only where there are no others.
    List<String> addresses(String host) throws UnknownHostException {
        var all = List.of(InetAddress.getAllByName(host));
        var older = all.stream().filter(Inet4Address.class::isInstance).toList();
        return (older.isEmpty() ? all : older)
                .stream().map(InetAddress::getHostAddress).sorted().toList();
    }
}
