package io.covenant.locks.spring;

import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.springframework.boot.ssl.SslBundles;

/// The certificates of an SSL bundle as they are at any time. Thread-safe.
final class BundledTls implements Supplier<SSLContext> {

    private volatile SSLContext now;

    BundledTls(SslBundles bundles, String bundle) {
        now = bundles.getBundle(bundle).createSslContext();
        bundles.addBundleUpdateHandler(bundle, reloaded -> now = reloaded.createSslContext());
    }

    @Override
    public SSLContext get() {
        return now;
    }
}
