/// Which instance of a service gets a request: used by the gateway, and by services that call others.
///
/// An [io.covenant.balancing.Upstream] is what this process knows of one service: the
/// [io.covenant.balancing.Cluster] that discovery and operators gave it, and for each instance a
/// [io.covenant.balancing.Member] with what was seen of it. A [io.covenant.balancing.Picker] chooses by
/// a [io.covenant.balancing.Selection]: policy, zone, subset. A [io.covenant.balancing.Call] is one
/// request from its beginning to its end.
///
/// ```java
/// var orders = new Upstream("orders", Settings.DEFAULTS, Chance.seeded(seed), Upstream.SILENT);
/// orders.update(cluster, System.nanoTime());
/// var picker = orders.picker(Selection.by(new Policy.LeastLoaded()));
/// var call = picker.call(Criteria.ANY, System.nanoTime());      // null: nobody is left to ask
/// // ... send to call.instance().address(), then:
/// call.answered(System.nanoTime());                             // headers came
/// call.end(Outcome.ofStatus(status), System.nanoTime());        // the body ended, or the client left
/// ```
///
/// Time is a number of nanoseconds that the caller passes, chance is a source that the caller seeds: the
/// same of both give the same picks. Everything is for many threads; a pick allocates nothing and waits
/// for nobody.
@NullMarked
package io.covenant.balancing;

import org.jspecify.annotations.NullMarked;
