using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Faults;

/// <summary>The faults that are set: fail points by their name, as on a server, and those that a test injected.</summary>
internal sealed class FaultTable
{
    private readonly Dictionary<string, ActiveFault> _points = [];
    private readonly List<ActiveFault> _injected = [];

    public ActiveFault Inject(CommandFault fault)
    {
        var active = new ActiveFault(fault);
        lock (_points)
        {
            _injected.Add(active);
        }

        return active;
    }

    public void Configure(Doc configureFailPoint)
    {
        string name = configureFailPoint.Text("configureFailPoint") ?? "";
        CommandFault? fault = FailPoint.Parse(configureFailPoint);
        lock (_points)
        {
            _points.Remove(name);
            if (fault is not null)
            {
                _points[name] = new ActiveFault(fault);
            }
        }
    }

    public void Clear()
    {
        lock (_points)
        {
            _points.Clear();
            _injected.Clear();
        }
    }

    public CommandFault? Take(string command, string? application)
    {
        lock (_points)
        {
            return _points.Values.Concat(_injected).FirstOrDefault(active => active.Takes(command, application))?.Fault;
        }
    }
}
