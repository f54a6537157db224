//! What sites stand on: folders that are open, files of the owner that were read, hosts told apart. All of it is found to be
//! right before anything is served from it.

use crate::disk_tree::DiskTree;
use crate::look_up::LookUp;
use crate::options::SiteSettings;
use crate::origin::{Hosts, Origin, Shared, Site};
use crate::own::Own;
use crate::serve::Error;
use crate::vitals::Brief;
use std::sync::Arc;

/// The ground of all sites.
#[derive(Debug)]
pub(crate) struct Grounds {
    hosts: Hosts,
    grounds: Vec<Ground>,
}

#[derive(Debug)]
struct Ground {
    files: DiskTree,
    own: Option<Own>,
}

impl Grounds {
    /// Errs with a sentence that names what cannot be used.
    pub(crate) fn open(sites: &[SiteSettings]) -> Result<Grounds, Error> {
        let hosts = Hosts::new(sites.iter().map(|site| site.hosts.as_slice())).map_err(Error::Host)?;
        let grounds = sites.iter().map(Ground::open).collect::<Result<_, _>>()?;
        Ok(Grounds { hosts, grounds })
    }

    /// The origin upon it, of the same sites, each with its look-up.
    pub(crate) fn origin(
        self,
        sites: &[SiteSettings],
        shared: &Arc<Shared>,
        look_up: impl Fn(&SiteSettings) -> Option<Arc<dyn LookUp>>,
    ) -> Origin<DiskTree> {
        let brief = |settings: &SiteSettings| Brief {
            name: name(settings),
            title: settings.look.title.clone(),
            look_up: look_up(settings),
        };
        shared.vitals.serve(sites.iter().map(brief).collect());
        let site = |(settings, ground): (&SiteSettings, Ground)| ground.site(settings, shared, look_up(settings));
        let sites = sites.iter().zip(self.grounds).map(site);
        Origin::new(Arc::clone(shared), self.hosts, sites)
    }
}

impl Ground {
    fn open(settings: &SiteSettings) -> Result<Ground, Error> {
        let files = DiskTree::open(&settings.root, settings.symlinks).map_err(Error::Root)?;
        let own = Own::open(&settings.own, settings.fresh).map_err(Error::Own)?;
        Ok(Ground { files, own })
    }

    fn site(self, settings: &SiteSettings, shared: &Arc<Shared>, look_up: Option<Arc<dyn LookUp>>) -> Site<DiskTree> {
        self.own.iter().for_each(|own| own.tell(&shared.log));
        let site = Site::new(self.files, settings.options.clone(), settings.look.clone(), shared)
            .with_fresh(settings.fresh)
            .with_own(self.own)
            .with_xray(settings.has_xray)
            .with_name(&name(settings));
        match look_up {
            Some(look_up) => site.with_look_up(look_up),
            None => site,
        }
    }
}

/// What a site is known by: its first host.
fn name(settings: &SiteSettings) -> String {
    settings.hosts.first().map_or("*".into(), ToString::to_string)
}
