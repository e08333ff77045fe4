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

    public SourcePosition ReadPosition(CdcOffset offset) => inner.ReadPosition(offset);

    public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        _starts.Add(start.ToString());
        return _starts.Count switch
        {
            _ when LosesEverything => new(SourceConnection.Refused("A test", [], new OffsetLostException("no log at all"))),
            1 => new(SourceConnection.Refused("A test", [], new OffsetLostException("purged"))),
            2 => throw new CdcConnectionException("cut"),
            _ => inner.ConnectAsync(context, start, cancellationToken),
        };
    }
}
