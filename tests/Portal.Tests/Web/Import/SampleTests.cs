using Tunnel.Portal.Tests.Architecture;
using Tunnel.Portal.Web.Import;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Tests.Web.Import;

/// <summary>
/// Configurations of guides and of everyday, each with what comes out of it: NAME.conf, NAME.json, and NAME.txt with the remarks.
/// After a change that is meant, <c>TUNNEL_WRITE_SAMPLES=1</c> writes them anew.
/// </summary>
public sealed class SampleTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Portal.Tests", "Web", "Import", "Samples");

    public static TheoryData<string> Names { get; } = [.. Directory.GetFiles(Folder, "*.conf").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_becomes_what_is_expected(string name)
    {
        var result = NginxImport.Run(Path.Combine(Folder, name + ".conf"), new NginxDiskFiles());

        _ = Importing.Json(result);
        var remarks = string.Concat(result.Remarks.Select(static remark => remark.ToString().Replace(Folder + "/", string.Empty, StringComparison.Ordinal) + "\n"));
        var json = result.Json!.Replace(Folder, "/etc/nginx", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("TUNNEL_WRITE_SAMPLES") == "1")
        {
            File.WriteAllText(Path.Combine(Folder, name + ".json"), json);
            File.WriteAllText(Path.Combine(Folder, name + ".txt"), remarks);
        }

        Assert.Equal(File.ReadAllText(Path.Combine(Folder, name + ".json")), json);
        Assert.Equal(File.ReadAllText(Path.Combine(Folder, name + ".txt")), remarks);
    }

    [Fact]
    public void There_are_samples() => Assert.True(Names.Count >= 7);
}
