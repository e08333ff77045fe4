using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>A script that an engine is about to play.</summary>
internal sealed class ScriptedConnection(ScriptedSource source, SourceContext context, ScriptedPosition start,
    IReadOnlyList<SourceFinding> findings)
    : SourceConnection("The script", findings)
{
    public override ValueTask<ISourceFeed> OpenAsync(CancellationToken cancellationToken)
    {
        source.OnFeedOpened();
        return new(new ScriptedFeed(source, context, start));
    }

    public override ValueTask DisposeAsync() => default;
}
