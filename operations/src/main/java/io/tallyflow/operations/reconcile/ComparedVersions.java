package io.tallyflow.operations.reconcile;

import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.connectors.postgres.patch.CountedVersions;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.schemas.meter.LayerName;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The versions that totals show, of one meter or of all. */
final class ComparedVersions {

    private final Set<String> types;
    private final List<CountedVersion> ofTypes;
    private final List<CountedVersion> compared;
    private final Map<String, CountedVersion> byName = new HashMap<>();
    private final Map<String, CountedVersion> byLayerName = new HashMap<>();
    private final Map<Integer, CountedVersion> byLayer = new HashMap<>();

    private ComparedVersions(
            Set<String> types, List<CountedVersion> ofTypes, List<CountedVersion> compared) {
        this.types = types;
        this.ofTypes = ofTypes;
        this.compared = compared;
        for (CountedVersion one : compared) {
            byName.put(one.version().name(), one);
            byLayerName.put(LayerName.of(one.version().name()), one);
            byLayer.put(one.layer(), one);
        }
    }

    /**
     * Those that there are now.
     *
     * @param slug of a meter; null for all
     */
    static ComparedVersions read(Connection connection, @Nullable String slug) throws SQLException {
        Set<String> types = new HashSet<>(CountedVersions.types(connection, slug));
        List<CountedVersion> all = CountedVersions.of(connection, types);
        return new ComparedVersions(
                types,
                all,
                all.stream()
                        .filter(CountedVersion::shown)
                        .filter(one -> slug == null || slug.equals(one.version().meter().slug()))
                        .toList());
    }

    boolean isEmpty() {
        return compared.isEmpty();
    }

    /** Of the events that they count. */
    Set<String> types() {
        return types;
    }

    /** All that count these types, shown or not. */
    List<CountedVersion> ofTypes() {
        return ofTypes;
    }

    /** Numbers of the layers that the stream counts them in. */
    Integer[] layers() {
        return byLayer.keySet().toArray(Integer[]::new);
    }

    MeterReader reader() {
        return new MeterReader(
                compared.stream()
                        .map(CountedVersion::version)
                        .sorted(Comparator.comparing(MeterVersion::name))
                        .toList());
    }

    /** The one that a reading names. */
    CountedVersion named(String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    /** The one whose layer has a name; null if it is none of them. */
    @Nullable CountedVersion ofLayer(String layerName) {
        return byLayerName.get(layerName);
    }

    /** The one that is counted in a layer. */
    CountedVersion ofLayer(int layer) {
        return Objects.requireNonNull(byLayer.get(layer), "a layer that was not asked for");
    }

    /** Whether a run has counted any windows of some time. */
    boolean haveRuns(WindowRange range) {
        return compared.stream()
                .flatMap(one -> one.runs().stream())
                .anyMatch(
                        run ->
                                run.fromMillis() < range.toMillis()
                                        && run.toMillis() > range.fromMillis());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ComparedVersions that && ofTypes.equals(that.ofTypes);
    }

    @Override
    public int hashCode() {
        return ofTypes.hashCode();
    }
}
