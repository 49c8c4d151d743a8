package io.tallyflow.operations.reconcile;

import io.tallyflow.connectors.postgres.patch.PatchedVersion;
import io.tallyflow.connectors.postgres.patch.PatchedVersions;
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
    private final List<PatchedVersion> ofTypes;
    private final List<PatchedVersion> compared;
    private final Map<String, PatchedVersion> byName = new HashMap<>();
    private final Map<String, PatchedVersion> byLayerName = new HashMap<>();
    private final Map<Integer, PatchedVersion> byLayer = new HashMap<>();

    private ComparedVersions(
            Set<String> types, List<PatchedVersion> ofTypes, List<PatchedVersion> compared) {
        this.types = types;
        this.ofTypes = ofTypes;
        this.compared = compared;
        for (PatchedVersion one : compared) {
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
        Set<String> types = new HashSet<>(PatchedVersions.types(connection, slug));
        List<PatchedVersion> all = PatchedVersions.of(connection, types);
        return new ComparedVersions(
                types,
                all,
                all.stream()
                        .filter(PatchedVersion::shown)
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
    List<PatchedVersion> ofTypes() {
        return ofTypes;
    }

    /** Numbers of the layers that the stream counts them in. */
    Integer[] layers() {
        return byLayer.keySet().toArray(Integer[]::new);
    }

    MeterReader reader() {
        return new MeterReader(
                compared.stream()
                        .map(PatchedVersion::version)
                        .sorted(Comparator.comparing(MeterVersion::name))
                        .toList());
    }

    /** The one that a reading names. */
    PatchedVersion named(String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    /** The one whose layer has a name; null if it is none of them. */
    @Nullable PatchedVersion ofLayer(String layerName) {
        return byLayerName.get(layerName);
    }

    /** The one that is counted in a layer. */
    PatchedVersion ofLayer(int layer) {
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
