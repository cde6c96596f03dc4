using System.Security.Cryptography;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Tests.Interconnect;

public sealed class CertificateStoreTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tunnel-test").FullName;

    private string State => Path.Combine(_root, "state");

    private string FilePath => Path.Combine(State, CertificateStore.FileName);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Makes_a_certificate_once_and_keeps_it()
    {
        using var first = CertificateStore.LoadOrCreate(State);
        using var second = CertificateStore.LoadOrCreate(State);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(first.Leaf.RawData)), first.Fingerprint);
        Assert.Equal("CN=tunnel", first.Leaf.Subject);
        Assert.InRange(first.Leaf.NotAfter, DateTime.Now.AddYears(20).AddDays(-2), DateTime.Now.AddYears(20).AddDays(2));
        Assert.Single(Directory.GetFiles(State));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(State));
        }
    }

    [Fact]
    public async Task Racing_portals_end_up_with_the_same_one()
    {
        using var start = new ManualResetEventSlim();
        var racers = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(Race, TaskCreationOptions.LongRunning)).ToArray();
        start.Set();
        Assert.Single((await Task.WhenAll(racers)).Distinct());
        Assert.Single(Directory.GetFiles(State));

        string Race()
        {
            start.Wait();
            using var certificate = CertificateStore.LoadOrCreate(State);
            return certificate.Fingerprint;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void A_damaged_file_is_reported_and_never_replaced(int keep)
    {
        CertificateStore.LoadOrCreate(State).Dispose();
        File.WriteAllText(FilePath, File.ReadAllText(FilePath)[..keep]);
        var failure = Assert.Throws<CertificateException>(() => CertificateStore.LoadOrCreate(State));
        Assert.Contains(FilePath, failure.Message, StringComparison.Ordinal);
        Assert.Contains("delete it", failure.Message, StringComparison.Ordinal);
        Assert.Equal(keep, File.ReadAllText(FilePath).Length);
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_named()
    {
        File.WriteAllText(State, "in the way");
        var failure = Assert.Throws<CertificateException>(() => CertificateStore.LoadOrCreate(State));
        Assert.Contains(State, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_files_are_read()
    {
        var (certificate, key) = (Path.Combine(_root, "a.crt"), Path.Combine(_root, "a.key"));
        var pem = SelfSignedCertificate.CreatePem(DateTimeOffset.UtcNow);
        var split = pem.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal);
        File.WriteAllText(certificate, pem[..split]);
        File.WriteAllText(key, pem[split..]);
        using var loaded = CertificateStore.FromFiles(certificate, key);
        Assert.True(loaded.Leaf.HasPrivateKey);

        Assert.Contains(key + ".missing", Assert.Throws<CertificateException>(() => CertificateStore.FromFiles(certificate, key + ".missing")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused()
    {
        var one = SelfSignedCertificate.CreatePem(DateTimeOffset.UtcNow);
        var other = SelfSignedCertificate.CreatePem(DateTimeOffset.UtcNow);
        var failure = Assert.Throws<CertificateException>(() => CertificateStore.FromPem(one, other));
        Assert.DoesNotContain("PRIVATE", failure.ToString(), StringComparison.Ordinal);
    }
}
