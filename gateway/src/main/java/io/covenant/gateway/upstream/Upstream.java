package io.covenant.gateway.upstream;

import io.covenant.gateway.protection.ProtectionProperties;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpResources;

/// The connections to all instances.
@Component
public final class Upstream implements DisposableBean {

    /// The attribute of an exchange that says which instance it goes to: its address, such as `http://10.0.0.7:8101` or
    /// `https://orders.internal@10.0.0.7:8101`.
    public static final String ADDRESS = Upstream.class.getName() + ".address";

    private static final Duration EVERY = Duration.ofSeconds(5);

    private final ProtectionProperties bounds;
    private final UpstreamTls tls;
    private final Map<String, Optional<Pool>> pools = new ConcurrentHashMap<>();
    private final Map<Class<?>, AddressResolverGroup<InetSocketAddress>> resolvers = new ConcurrentHashMap<>();
    // Both read files when they are asked for first, which must not be on an event loop.
    private final HostsFileEntriesResolver hosts = HostsFileEntriesResolver.DEFAULT;
    private final DnsServerAddressStreamProvider servers = DnsServerAddressStreamProviders.platformDefault();
    private final Disposable sweeping;

    Upstream(ProtectionProperties bounds, UpstreamTls tls) {
        this.bounds = bounds;
        this.tls = tls;
        this.sweeping = Schedulers.parallel()
                .schedulePeriodically(this::sweep, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// The connections to this address; nothing where it is no HTTP that is spoken.
    @Nullable
    Pool at(String address) {
        var known = pools.get(address);
        if (known == null) {
            known = pools.computeIfAbsent(
                    address,
                    _ -> Optional.ofNullable(Place.of(address, this::names))
                            .map(place -> new Pool(place, bounds, tls)));
        }
        return known.orElse(null);
    }

    private AddressResolverGroup<InetSocketAddress> names(EventLoop loop) {
        Class<? extends DatagramChannel> type = HttpResources.get().onChannelClass(DatagramChannel.class, loop);
        return resolvers.computeIfAbsent(
                type,
                _ -> new DnsAddressResolverGroup(new DnsNameResolverBuilder()
                        .datagramChannelType(type)
                        .hostsFileEntriesResolver(hosts)
                        .nameServerProvider(servers)));
    }

    /// Instances come and go, and their addresses with them.
    private void sweep() {
        long now = System.nanoTime();
        pools.values().removeIf(pool -> pool.isEmpty() || pool.get().sweep(now));
    }

    @Override
    public void destroy() {
        sweeping.dispose();
        pools.values().forEach(each -> each.ifPresent(Pool::close));
        resolvers.values().forEach(AddressResolverGroup::close);
    }
}
