package io.covenant.gateway.balancing;

import io.covenant.balancing.Instance;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Puts together what several sources say of one service.
///
/// The registry knows better than a list what an instance is called and how it is doing, so of two with the same
/// address or the same id the registered one counts. What the list names stays though nobody registered it.
final class Gathering {

    /// The registry's usual weight; a list's is 1.
    private static final int USUAL = 100;

    private Gathering() {}

    static List<Instance> of(Collection<Instance> registered, Collection<Instance> listed) {
        var byAddress = new LinkedHashMap<String, Instance>();
        var ids = new HashMap<String, String>();
        registered.forEach(instance -> add(instance, byAddress, ids));
        listed.forEach(instance -> add(registered.isEmpty() ? instance : usual(instance), byAddress, ids));
        return lightened(byAddress);
    }

    private static void add(Instance instance, Map<String, Instance> byAddress, Map<String, String> ids) {
        if (!byAddress.containsKey(instance.address()) && !ids.containsKey(instance.id())) {
            byAddress.put(instance.address(), instance);
            ids.put(instance.id(), instance.address());
        }
    }

    private static Instance usual(Instance listed) {
        return listed.weighing((int) Math.min(Instance.HEAVIEST, (long) listed.weight() * USUAL));
    }

    /// 100 and 300 are 1 and 3: what an operator sets stands beside small numbers.
    private static List<Instance> lightened(Map<String, Instance> instances) {
        int common = 0;
        for (var instance : instances.values()) {
            common = greatestCommonDivisor(common, instance.weight());
        }
        int divisor = Math.max(1, common);
        return instances.values().stream()
                .map(instance -> instance.weighing(instance.weight() / divisor))
                .toList();
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
