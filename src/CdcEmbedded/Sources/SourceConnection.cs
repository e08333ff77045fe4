using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;

namespace CdcEmbedded.Sources;

/// <summary>A source that is connected and checked, and does not read yet. Used by one caller at a time.</summary>
public abstract class SourceConnection : IAsyncDisposable
{
    /// <summary>Creates it.</summary>
    /// <param name="server">The server as messages name it, such as its host and port.</param>
    /// <param name="findings">Everything found, errors and warnings.</param>
    /// <param name="failure">Why reading cannot begin at the start; null where it can.</param>
    protected SourceConnection(string server, IReadOnlyList<SourceFinding> findings, CdcException? failure = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(findings);
        Server = server;
        Findings = findings;
        Failure = failure;
    }

    /// <summary>The server as messages name it.</summary>
    public string Server { get; }

    /// <summary>Everything found on server, privileges and tables; empty where all is well.</summary>
    public IReadOnlyList<SourceFinding> Findings { get; }

    /// <summary>Why reading cannot begin at the start, besides <see cref="Findings"/>: an <see cref="OffsetLostException"/> or
    /// <see cref="OffsetFormatException"/>, for instance.</summary>
    /// <value>Null where it can.</value>
    public CdcException? Failure { get; }

    /// <summary>The tables or collections that are captured now, as far as the user may see them, if
    /// <see cref="SourceContext.ListsTables"/> asks for them: the engine reports rules of <see cref="CdcEngineOptions.Transforms"/> that
    /// match none of them.</summary>
    /// <value>Null, the default, where the source cannot list them.</value>
    public IReadOnlyList<(string Database, string Table)>? CapturedTables { get; init; }

    /// <summary>True if case counts in the names of <see cref="CapturedTables"/> where rules are compared with them, as it does in
    /// documents.</summary>
    /// <value>The default is false.</value>
    public bool NamesHaveCase { get; init; }

    /// <summary>A connection that cannot be read from.</summary>
    /// <param name="server">The server as messages name it.</param>
    /// <param name="findings">Everything found.</param>
    /// <param name="failure">Why reading cannot begin; null where the findings say it.</param>
    public static SourceConnection Refused(string server, IReadOnlyList<SourceFinding> findings, CdcException? failure = null)
        => new RefusedConnection(server, findings, failure);

    /// <summary>Throws where reading cannot begin.</summary>
    /// <exception cref="ServerMisconfiguredException">A finding is an error. It has all findings, and its message names each
    /// with its remedy.</exception>
    /// <exception cref="CdcException"><see cref="Failure"/>, where there is one.</exception>
    public void ThrowIfUnusable()
    {
        var errors = 0;
        foreach (var finding in Findings)
        {
            errors += finding.IsError ? 1 : 0;
        }

        if (errors > 0)
        {
            throw new ServerMisconfiguredException(Describe(errors), Findings);
        }

        if (Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Begins to read. Called at most once, and only without an error in <see cref="Findings"/> and
    /// without a <see cref="Failure"/>.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>A feed that the caller owns and disposes; it no longer depends on this object.</returns>
    /// <exception cref="OffsetLostException">The log no longer has the start: the server says so only now.</exception>
    /// <exception cref="CdcConnectionException">The connection was lost.</exception>
    public abstract ValueTask<ISourceFeed> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Closes the connection, unless <see cref="OpenAsync"/> has passed it to a feed.</summary>
    public abstract ValueTask DisposeAsync();

    private string Describe(int errors)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Server} is not ready for change data capture ({errors} to fix):");
        foreach (var finding in Findings.OrderByDescending(static finding => finding.IsError))
        {
            text.Append("\n- ").Append(finding.IsError ? "error" : "warning").Append(" [").Append(finding.Code).Append("] ")
                .Append(finding.Message).Append(" Remedy: ").Append(finding.Remedy);
        }

        return text.ToString();
    }

    private sealed class RefusedConnection(string server, IReadOnlyList<SourceFinding> findings, CdcException? failure)
        : SourceConnection(server, findings, failure)
    {
        public override ValueTask<ISourceFeed> OpenAsync(CancellationToken cancellationToken)
        {
            ThrowIfUnusable();
            throw new InvalidOperationException("The source refused to be read and gave no reason.");
        }

        public override ValueTask DisposeAsync() => default;
    }
}
