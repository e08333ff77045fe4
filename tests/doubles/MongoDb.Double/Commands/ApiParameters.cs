using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>The Stable API parameters of a command ("Stable API" in the manual).</summary>
/// <param name="Version"><c>apiVersion</c>, null where the client declares none.</param>
/// <param name="Strict"><c>apiStrict</c>.</param>
/// <param name="DeprecationErrors"><c>apiDeprecationErrors</c>.</param>
internal sealed record ApiParameters(string? Version, bool? Strict, bool? DeprecationErrors)
{
    public static ApiParameters Of(Doc command) =>
        new(command.Text("apiVersion"), command["apiStrict"] as bool?, command["apiDeprecationErrors"] as bool?);

    /// <exception cref="CommandError">A later command of the same cursor or transaction declares something else.</exception>
    public void RequireSame(ApiParameters later, string command, string first)
    {
        if (this != later)
        {
            throw new CommandError(347, $"API parameter mismatch: {command} used params {later}, {first} used {this}");
        }
    }

    public override string ToString() => DocJson.Write(
        new Doc().AddUnlessNull("apiVersion", Version).AddUnlessNull("apiStrict", Strict)
            .AddUnlessNull("apiDeprecationErrors", DeprecationErrors));
}
