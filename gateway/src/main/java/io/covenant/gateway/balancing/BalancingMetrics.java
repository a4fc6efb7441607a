package io.covenant.gateway.balancing;

import io.covenant.balancing.view.InstanceState;
import io.covenant.balancing.view.InstanceView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.springframework.stereotype.Component;

/// How instances are doing, for whoever collects metrics; as of the last look of [Discovery].
@Component
final class BalancingMetrics {

    private static final String PREFIX = "covenant.gateway.instance.";

    private final MeterRegistry registry;
    private final Map<MultiGauge, ToDoubleFunction<InstanceView>> gauges;
    private final Map<String, FunctionCounter> retries = new ConcurrentHashMap<>();

    BalancingMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.gauges = Map.of(
                gauge("in.flight", "requests on their way"), InstanceView::inFlight,
                gauge("latency.seconds", "peak-sensitive mean"),
                        each -> each.latency().toNanos() / 1e9,
                gauge("share.due", "of the requests, from 0 to 1"), InstanceView::shareDue,
                gauge("requests", "since it is known here"), InstanceView::picks,
                gauge("available", "1 if it gets requests as usual"), BalancingMetrics::available);
    }

    private MultiGauge gauge(String name, String description) {
        return MultiGauge.builder(PREFIX + name).description(description).register(registry);
    }

    private static double available(InstanceView view) {
        return view.state() == InstanceState.AVAILABLE || view.state() == InstanceState.WARMING ? 1 : 0;
    }

    void refresh(List<Service> services) {
        var rows = new ConcurrentHashMap<MultiGauge, List<MultiGauge.Row<?>>>();
        for (var service : services) {
            retries.computeIfAbsent(
                    service.name(),
                    name -> FunctionCounter.builder("covenant.gateway.retries", service, Service::retries)
                            .tag("service", name)
                            .description("tries after the first one")
                            .register(registry));
            for (var view : service.view().instances()) {
                var tags = Tags.of("service", service.name(), "instance", view.id());
                gauges.forEach((gauge, value) -> rows.computeIfAbsent(gauge, _ -> new ArrayList<>())
                        .add(MultiGauge.Row.of(tags, value.applyAsDouble(view))));
            }
        }
        gauges.keySet().forEach(gauge -> gauge.register(rows.getOrDefault(gauge, List.of()), true));
    }
}
