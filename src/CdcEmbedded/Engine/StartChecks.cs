using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>Handles a source's findings: at the start errors are thrown and warnings logged; a validation returns all of them.</summary>
internal sealed class StartChecks(ILogger logger, string engine, IReadOnlyList<Transform> rules)
{
    private readonly HashSet<(string Code, string Message)> _reported = [];

    /// <summary>Throws if reading cannot start. Each warning is logged once, not again at every reconnect.</summary>
    /// <exception cref="ServerMisconfiguredException">A finding is an error; it has all findings.</exception>
    public void Apply(SourceConnection connection)
    {
        foreach (var finding in connection.Findings.Concat(UnmatchedRules.Find(rules, connection)))
        {
            if (!finding.IsError && _reported.Add((finding.Code, finding.Message)))
            {
                Log.FoundAtStart(logger, engine, connection.Server, finding.Code, finding.Message, finding.Remedy);
            }
        }

        connection.ThrowIfUnusable();
    }

    /// <summary>Returns all findings, including the failure.</summary>
    public static IReadOnlyList<SourceFinding> ToFindings(SourceConnection connection, string connector, IReadOnlyList<Transform> rules)
        => connection.Failure is not { } failure
        ? [.. connection.Findings, .. UnmatchedRules.Find(rules, connection)]
        : [.. connection.Findings, new SourceFinding(true, $"{connector}.offset", failure.Message, "See the message.")];
}
