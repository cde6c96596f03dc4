using System.Net;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Tests.Interconnect;

public sealed class HandshakeAdmissionTests
{
    private static readonly IPAddress One = IPAddress.Parse("198.51.100.1");
    private static readonly IPAddress Two = IPAddress.Parse("198.51.100.2");

    private readonly ManualTime _time = new();

    [Fact]
    public void Bounds_what_is_under_way_in_total_and_per_address()
    {
        var admission = new HandshakeAdmission(3, 2, _time);
        Assert.Null(admission.TryEnter(One));
        Assert.Null(admission.TryEnter(One));
        Assert.Equal(RefusalReason.Busy, admission.TryEnter(One));
        Assert.Null(admission.TryEnter(Two));
        Assert.Equal(RefusalReason.Busy, admission.TryEnter(Two));
        admission.Exit(One, failed: false);
        Assert.Null(admission.TryEnter(Two));
    }

    [Fact]
    public void An_address_that_keeps_failing_is_slowed_down_and_forgiven_with_time()
    {
        var admission = new HandshakeAdmission(100, 100, _time);
        Fail(admission, One, HandshakeAdmission.FailureBurst);
        Assert.Equal(RefusalReason.TooManyFailures, admission.TryEnter(One));
        Fail(admission, Two, 1);
        _time.Advance(HandshakeAdmission.FailureRefill);
        Fail(admission, One, 1);
        Assert.Equal(RefusalReason.TooManyFailures, admission.TryEnter(One));
        _time.Advance(2 * HandshakeAdmission.FailureRefill);
        Assert.Null(admission.TryEnter(One));
        admission.Exit(One, failed: false);
        Fail(admission, One, HandshakeAdmission.FailureBurst);
    }

    [Fact]
    public void The_wait_doubles_with_each_failure_up_to_a_bound_and_begins_anew_when_all_is_forgiven()
    {
        var admission = new HandshakeAdmission(100, 100, _time);
        Fail(admission, One, HandshakeAdmission.FailureBurst);
        var wait = HandshakeAdmission.FailureRefill;
        for (var doublings = 0; doublings < 2 * HandshakeAdmission.MostDoublings; doublings++)
        {
            _time.Advance(wait - TimeSpan.FromTicks(1));
            Assert.Equal(RefusalReason.TooManyFailures, admission.TryEnter(One));
            _time.Advance(TimeSpan.FromTicks(1));
            Fail(admission, One, 1);
            wait = doublings < HandshakeAdmission.MostDoublings ? 2 * wait : wait;
        }

        _time.Advance(wait * HandshakeAdmission.FailureBurst);
        Fail(admission, One, HandshakeAdmission.FailureBurst);
        _time.Advance(HandshakeAdmission.FailureRefill);
        Assert.Null(admission.TryEnter(One));
    }

    [Fact]
    public void The_addresses_of_one_ipv6_network_count_together_and_loopback_does_not()
    {
        var admission = new HandshakeAdmission(1000, 1000, _time);
        for (var i = 0; i < HandshakeAdmission.FailureBurst; i++)
        {
            Fail(admission, IPAddress.Parse($"2001:db8::{i:x}"), 1);
        }

        Assert.Equal(RefusalReason.TooManyFailures, admission.TryEnter(IPAddress.Parse("2001:db8::ffff")));
        Assert.Null(admission.TryEnter(IPAddress.Parse("2001:db8:0:1::1")));
        Fail(admission, IPAddress.IPv6Loopback, 100);
        Fail(admission, IPAddress.Loopback.MapToIPv6(), 100);
    }

    private static void Fail(HandshakeAdmission admission, IPAddress address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Null(admission.TryEnter(address));
            admission.Exit(address, failed: true);
        }
    }
}
