using CdcEmbedded.Sources;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>A script whose first position is lost, and whose first connection after that fails.</summary>
internal sealed class RefusingSource(ScriptedSource inner) : ISource
{
    private readonly List<string> _starts = [];

    public bool LosesEverything { get; init; }

    public IReadOnlyList<string> Starts => _starts;

    public string Connector => inner.Connector;

    public StartPosition DefaultStart => inner.DefaultStart;

    public ValueTask<ISourceFeed> OpenAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        _starts.Add(start.ToString());
        return _starts.Count switch
        {
            _ when LosesEverything => throw new OffsetLostException("no log at all"),
            1 => throw new OffsetLostException("purged"),
            2 => throw new CdcConnectionException("cut"),
            _ => inner.OpenAsync(context, start, cancellationToken),
        };
    }

    public ValueTask<IReadOnlyList<SourceFinding>> ValidateAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
        => inner.ValidateAsync(context, start, cancellationToken);
}
