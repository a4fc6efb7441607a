package io.covenant.gateway.balancing;

import io.covenant.balancing.Instance;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Instances as a plain list names them: `http://127.0.0.1:8101`, or with more about them
/// `http://10.0.0.7:8101#id=orders-7&weight=3&zone=a&version=2`; and `dns://orders:8101` for all addresses that a name
/// has. With `https://` and `dns+https://` they are asked over TLS, and their certificates have to bear the name that
/// stands there, or the one before the host: `https://orders.internal@10.0.0.7:8101`.
///
/// Without an id an instance is called after its service and its place in the list, so that `orders-1` is the first
/// everywhere where the same list is given.
///
/// @param instances that are named one by one
/// @param names     whose addresses are looked up again and again
record Listed(List<Instance> instances, List<Name> names) {

    /// A name in the DNS that may have many addresses.
    ///
    /// @param host   to look up
    /// @param secure whether its instances speak TLS, with certificates that bear this name
    /// @param model  what each of its instances is like
    record Name(String host, int port, boolean secure, Instance model) {

        Instance at(String address) {
            var shown = address.contains(":") ? "[" + address + "]" : address;
            return new Instance(
                    model.id() + "@" + address,
                    secure ? secureBase(host, shown, port) : base(shown, port),
                    model.weight(),
                    model.zone(),
                    model.metadata(),
                    false);
        }
    }

    Listed {
        instances = List.copyOf(instances);
        names = List.copyOf(names);
    }

    /// @throws IllegalArgumentException when one of them is no such address
    static Listed of(String service, List<URI> addresses) {
        var instances = new ArrayList<Instance>();
        var names = new ArrayList<Name>();
        int place = 0;
        for (var address : addresses) {
            place++;
            var scheme = String.valueOf(address.getScheme());
            boolean secure = scheme.endsWith("https");
            if (!isBase(address) || (address.getRawUserInfo() != null && !scheme.equals("https"))) {
                throw notAnAddress(service, address);
            }
            if ((scheme.equals("dns") || scheme.equals("dns+https")) && address.getPort() > 0) {
                var model = instance(service, address, service);
                names.add(new Name(address.getHost(), address.getPort(), secure, model));
            } else if (scheme.equals("http") || scheme.equals("https")) {
                instances.add(instance(service, address, service + "-" + place));
            } else {
                throw notAnAddress(service, address);
            }
        }
        return new Listed(instances, names);
    }

    private static boolean isBase(URI address) {
        var path = address.getRawPath();
        return address.getHost() != null
                && (path == null || path.isEmpty() || path.equals("/"))
                && address.getRawQuery() == null;
    }

    private static Instance instance(String service, URI address, String usualId) {
        var about = about(service, address);
        var id = about.remove("id");
        var weight = about.remove("weight");
        var zone = about.remove("zone");
        try {
            return new Instance(
                    id == null ? usualId : id,
                    base(address),
                    weight(weight, 1),
                    zone == null ? "" : zone,
                    about,
                    false);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "covenant.services.%s: %s: %s".formatted(service, address, wrong.getMessage()), wrong);
        }
    }

    private static Map<String, String> about(String service, URI address) {
        var about = new HashMap<String, String>();
        @Nullable String fragment = address.getFragment();
        if (fragment != null) {
            for (var part : fragment.split("&", -1)) {
                int equals = part.indexOf('=');
                if (equals < 1) {
                    throw notAnAddress(service, address);
                }
                about.put(part.substring(0, equals), part.substring(equals + 1));
            }
        }
        return about;
    }

    static int weight(@Nullable String text, int usual) {
        try {
            return text == null ? usual : Integer.parseInt(text);
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("weight is a whole number, not '%s'".formatted(text), wrong);
        }
    }

    static String base(String host, int port) {
        return "http://" + host + ":" + (port < 0 ? 80 : port);
    }

    /// @param name that its certificate has to bear; absent for that of the host
    static String secureBase(@Nullable String name, String host, int port) {
        return "https://" + (name == null || name.equals(host) ? "" : name + "@") + host + ":"
                + (port < 0 ? 443 : port);
    }

    private static String base(URI address) {
        return "https".equals(address.getScheme())
                ? secureBase(address.getUserInfo(), address.getHost(), address.getPort())
                : base(address.getHost(), address.getPort());
    }

    private static IllegalArgumentException notAnAddress(String service, URI address) {
        return new IllegalArgumentException(
                ("covenant.services.%1$s: %2$s is not a base address such as http://127.0.0.1:8101 or"
                                + " https://name-of-the-certificate@127.0.0.1:8101, nor a name to look up such as dns://%1$s:8101"
                                + " or dns+https://%1$s:8101")
                        .formatted(service, address));
    }
}
