namespace CdcEmbedded.MongoDb.Tests;

/// <summary>Finds the MongoDB driver specifications' test data: in CDC_MONGODB_SPECS, or in shared/mongodb-spec-tests beside the
/// repository. The data is read from there and never copied.</summary>
internal static class SpecFiles
{
    /// <summary>The full path of a folder of the specifications. Without the data the test is skipped, or
    /// fails where CDC_REQUIRE_SPECS=1.</summary>
    public static string Folder(string relative)
    {
        var root = Environment.GetEnvironmentVariable("CDC_MONGODB_SPECS") is { Length: > 0 } named ? named : BesideRepository();
        var path = root is null ? null : Path.Combine(root, relative);
        if (path is not null && Directory.Exists(path))
        {
            return path;
        }

        var reason = $"The specifications' test data '{relative}' is not here: name its folder in CDC_MONGODB_SPECS.";
        if (Environment.GetEnvironmentVariable("CDC_REQUIRE_SPECS") == "1")
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
        return "";
    }

    private static string? BesideRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CdcEmbedded.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.Parent is { } parent ? Path.Combine(parent.FullName, "shared", "mongodb-spec-tests") : null;
    }
}
