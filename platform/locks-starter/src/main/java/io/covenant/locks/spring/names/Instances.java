package io.covenant.locks.spring.names;

import java.util.Map;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;

/// Registered instances as Spring Cloud knows instances; weight and zone are metadata under just these names.
final class Instances {

    private Instances() {}

    static ServiceInstance of(RegisteredInstance registered) {
        var record = registered.record();
        var address = record.address();
        boolean secure = "https".equals(address.getScheme());
        int port = address.getPort() >= 0 ? address.getPort() : secure ? 443 : 80;
        return new DefaultServiceInstance(
                registered.instance(),
                registered.service(),
                address.getHost(),
                port,
                secure,
                Map.of("weight", Integer.toString(record.weight()), "zone", record.zone()));
    }
}
