using CdcEmbedded.Sources;

namespace CdcEmbedded.StreamSimulation;

/// <summary>A source that can read tables too.</summary>
internal sealed class SimulatedReadingRun(SimulatedWorld world, SimulatedInstance instance) : SimulatedRun(world, instance), ISnapshotSource
{
    public ValueTask<SnapshotReader> OpenSnapshotAsync(SourceContext context, CancellationToken cancellationToken)
        => World.Script.Source.OpenSnapshotAsync(context, cancellationToken);
}
