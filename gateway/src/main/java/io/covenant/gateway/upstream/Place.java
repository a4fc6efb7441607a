package io.covenant.gateway.upstream;

import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Where an instance is: what to connect to, what it is called there, and what all of its paths begin with.
///
/// @param address resolved already where it is no name
/// @param secure  whether it speaks TLS
/// @param name    that its certificate bears then: the host's, unless the address puts another one before it
/// @param host    as requests name it
/// @param prefix  of all paths, usually none
/// @param names   finds the resolver of names for an event loop
record Place(
        InetSocketAddress address,
        boolean secure,
        String name,
        String host,
        String prefix,
        Function<EventLoop, AddressResolverGroup<InetSocketAddress>> names) {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /// @return nothing for what is no HTTP
    static @Nullable Place of(String address, Function<EventLoop, AddressResolverGroup<InetSocketAddress>> names) {
        var uri = URI.create(address);
        var host = uri.getHost();
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        if ((!secure && !"http".equalsIgnoreCase(uri.getScheme())) || host == null) {
            return null;
        }
        int usual = secure ? HTTPS : HTTP;
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        var told = UpstreamTls.nameIn(address);
        var name = told == null ? host : told;
        var literal = NetUtil.createInetAddressFromIpAddressString(host);
        return new Place(
                literal == null ? InetSocketAddress.createUnresolved(host, port) : new InetSocketAddress(literal, port),
                secure,
                name,
                port == usual ? name : name + ":" + port,
                uri.getRawPath(),
                names);
    }

    AddressResolverGroup<?> resolver(EventLoop loop) {
        return address.isUnresolved() ? names.apply(loop) : NoopAddressResolverGroup.INSTANCE;
    }

    @Override
    public String toString() {
        return host;
    }
}
