namespace CdcEmbedded.MongoDb.Double.Faults;

/// <summary>A fault that is set, and how often it has been met. Thread-safe.</summary>
public sealed class ActiveFault
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _commands;
    private int _passed;
    private bool _removed;

    internal ActiveFault(CommandFault fault)
    {
        Fault = fault;
        _commands = new HashSet<string>(fault.Commands, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What commands meet.</summary>
    public CommandFault Fault { get; }

    /// <summary>Number of commands that have met the fault so far.</summary>
    public int Met { get; private set; }

    /// <summary>Lets all further commands pass.</summary>
    public void Remove()
    {
        lock (_gate)
        {
            _removed = true;
        }
    }

    /// <summary>True if this command meets the fault, which counts it.</summary>
    internal bool Takes(string command, string? application)
    {
        if (!_commands.Contains(command) || (Fault.ApplicationName is { } wanted && wanted != application))
        {
            return false;
        }

        lock (_gate)
        {
            if (_removed || _passed++ < Fault.Skip || Met >= Fault.Times)
            {
                return false;
            }

            Met++;
            return true;
        }
    }
}
