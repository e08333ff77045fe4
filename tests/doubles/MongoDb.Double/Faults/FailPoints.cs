using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Faults;

/// <summary>The fail points that are set, by name.</summary>
internal sealed class FailPoints
{
    private readonly Dictionary<string, FailPoint> _points = [];

    public void Configure(Doc command)
    {
        lock (_points)
        {
            string name = command.Text("configureFailPoint") ?? "";
            if (FailPoint.Parse(command) is { } point)
            {
                _points[name] = point;
            }
            else
            {
                _points.Remove(name);
            }
        }
    }

    public void Clear()
    {
        lock (_points)
        {
            _points.Clear();
        }
    }

    public FailPoint? Take(string command, string? application)
    {
        lock (_points)
        {
            return _points.Values.FirstOrDefault(point => point.Takes(command, application));
        }
    }
}
