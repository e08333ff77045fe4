using CdcEmbedded.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Snapshots;

/// <summary>Accepts signals, whatever their channel: stores what they ask for, and reports those that it does not understand (R72).
/// Thread-safe.</summary>
internal sealed class SignalIntake(CommandLog commands, SnapshotBoard board, SnapshotCoordinator coordinator, ILogger logger)
{
    /// <summary>Accepts a signal. When it returns, the signal is stored.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="channel">The channel's name; null for the signal table.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    public async ValueTask AcceptAsync(SnapshotSignal signal, string? channel, CancellationToken cancellationToken)
    {
        var id = string.IsNullOrWhiteSpace(signal.Id) ? Guid.NewGuid().ToString("N") : signal.Id;
        var parsed = SignalParser.Parse(signal, id);
        var from = channel ?? "signal table";
        var mark = new SignalMark(channel, parsed.Problem is null ? id : null, signal.Position);
        var outcome = await commands.AppendAsync(parsed.Command, mark, cancellationToken).ConfigureAwait(false);
        if ((parsed.Problem ?? (outcome == CommandOutcome.Refused ? CommandLog.Crowded : null)) is { } problem)
        {
            board.CountRejectedSignal();
            coordinator.Report($"The signal '{id}' from {from} was rejected: {problem}.");
        }
        else if (outcome == CommandOutcome.Repeated)
        {
            Log.SignalRepeated(logger, coordinator.Name, id, from);
        }
        else if (parsed.Message is { } message)
        {
            var text = message.Replace("{}", coordinator.PositionText, StringComparison.Ordinal);
            Log.SignalLogged(logger, coordinator.Name, id, text);
        }
        else if (parsed.Command is { } command)
        {
            Log.SignalAccepted(logger, coordinator.Name, id, from, command.Kind);
        }
    }
}
